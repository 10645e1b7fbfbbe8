package ui

import "github.com/a-h/templ"

// GalleryFrame is the frame round the gallery, with every state of the rail.
func GalleryFrame() Frame {
	return Frame{
		Title: "Gallery", Section: "/_gallery", New: "/orders/new",
		Person: &Person{Name: "Mira Andersson", Role: "Sales", Place: "Hamburg", Links: []Action{{Label: "Your account", Href: "/account", Icon: "user"}}},
		Nav: []NavGroup{
			{Items: []NavItem{
				{Label: "Today", Href: "/", Icon: "list-todo", Count: "14", Key: "t", Phone: true},
				{Label: "Orders", Href: "/orders", Icon: "shopping-cart", Count: "38", Key: "o", Phone: true},
				{Label: "Gallery", Href: "/_gallery", Icon: "layers", Phone: true},
			}},
			{Heading: "Fulfilment", Items: []NavItem{
				{Label: "Pick", Href: "/pick", Icon: "scan-line", Count: "12"},
				{Label: "Pack", Href: "/pack", Icon: "package-open", Count: "5"},
				{Label: "Ship", Href: "/ship", Icon: "truck"},
			}},
			{Heading: "Supply", Items: []NavItem{
				{Label: "Stock", Href: "/stock", Icon: "boxes", Key: "s", Phone: true},
				{Label: "Purchasing", Href: "/purchasing", Icon: "factory", Count: "2"},
			}},
			{Heading: "Business", Items: []NavItem{
				{Label: "Customers", Href: "/customers", Icon: "users"},
				{Label: "Products", Href: "/products", Icon: "tag"},
				{Label: "Insight", Href: "/insight", Icon: "chart-column"},
			}},
		},
		Flash: []Flash{{Kind: Green, Text: "Order 10482 is confirmed; 42 pieces are reserved in Hamburg.", Link: "Open it", Href: "/orders/10482"}},
	}
}

func galleryOrders() Grid {
	row := func(id, from, who, standing string, kind Kind, word, why, day, lines, total string) Row {
		return Row{ID: id, Label: "order " + id, Cells: []templ.Component{
			Lead("/orders/"+id, id, from), Two(who, standing), StateCell(kind, word, why), Text(day), Text(lines), Money(total),
		}}
	}
	rows := []Row{
		row("10482", "web, 08:12", "Fjordkjøkken AS", "6th order this year, pays in 12 days", Neutral, "To review", "All checks pass. Ready to confirm.", "Tue 24 Nov", "4", "€ 1,284.50"),
		row("10481", "phone, 08:05", "Nguyễn Thị Hồng", "new customer", Amber, "Held", "Address has no house number. Ask the customer, or release.", "Wed 25 Nov", "1", "€ 79.00"),
		row("10479", "web, yesterday 22:41", "Marktbäckerei Weiß GmbH", "€ 3,120 open, 9 days late", Red, "Over limit", "€ 412.30 above the credit limit. A manager can release; a payment lifts it.", "Tue 24 Nov", "12", "€ 2,046.10"),
		row("10476", "web, yesterday 19:50", "أحمد العلي", "2nd order", Blue, "At work", "18 pieces are being packed in Hamburg.", "Wed 25 Nov", "3", "€ 148.00"),
		row("10471", "import, Friday 16:20", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "2nd order", Green, "Done", "", "Fri 20 Nov", "120", "€ 1,024,148.00"),
	}
	rows[0].Result, rows[0].ResultKind = "Confirmed; 42 pieces reserved.", Green
	rows[2].Result, rows[2].ResultKind = "Not confirmed: the credit limit is exceeded.", Red
	return Grid{
		ID: "orders", Caption: "Orders to review", Rows: rows,
		Columns: []Column{
			{Label: "Order", Sort: "?sort=number", Sorted: "descending"}, {Label: "Customer", Sort: "?sort=customer"},
			{Label: "State"}, {Label: "Promised", Hide: OnMid, Short: true}, {Label: "Lines", Num: true, Hide: OnMid}, {Label: "Total", Num: true, End: true, Sort: "?sort=total"},
		},
		Bulk: &Bulk{Command: "019ab000-0000-7000-8000-000000000001", One: "1 order ticked", Many: "{n} orders ticked", Actions: []BulkAction{
			{Label: "Hold the ticked", One: "Hold 1 order", Many: "Hold {n} orders", Post: "/orders/hold"},
			{Label: "Confirm the ticked", One: "Confirm 1 order", Many: "Confirm {n} orders", Post: "/orders/confirm", Kind: Primary, Key: "c"},
		}},
	}
}

func galleryFilters() Filters {
	return Filters{
		Action: "/orders", Keep: []Hidden{{"view", "review"}}, Clear: "/orders",
		Search: &Input{Label: "Search these orders", Name: "within"},
		Chips: []Chip{
			{Label: "Channel", Value: "web, phone", Name: "channel", Clear: "/orders", Options: []Option{{Value: "web", Label: "Web shop", Hint: "31", Chosen: true}, {Value: "phone", Label: "Phone", Hint: "7", Chosen: true}, {Value: "market", Label: "Marketplace", Hint: "0"}}},
			{Label: "Promised", Name: "promised", One: true, Options: []Option{{Value: "today", Label: "Today"}, {Value: "week", Label: "This week"}, {Value: "late", Label: "Late"}}},
			{Label: "Total", Body: galleryBetween()},
		},
		Sort: &Chip{Label: "Sort", Value: "oldest first", Name: "sort", One: true, Options: []Option{{Value: "old", Label: "Oldest first", Chosen: true}, {Value: "new", Label: "Newest first"}}},
	}
}

func galleryLines() LineSheet {
	return LineSheet{
		Lookup: "/_gallery/suggest", Discount: true, Currency: "EUR",
		Rows: []LineRow{
			{SKU: "TRAY-OAK-L", Name: "Oak tray, large", Note: "12 in stock in Hamburg", Quantity: "10", Price: "29.90", Discount: "5", Total: "€ 284.05"},
			{SKU: "NAP-LIN-SND", Name: "Linen napkin, sand", Note: "Sold in packs of 4", NoteKind: Amber, Quantity: "7", Price: "9.95", Total: "€ 69.65", Problems: map[string]string{"quantity": "Sold in packs of 4: take 4 or 8."}},
			{},
		},
	}
}

var galleryProblems = Problems{
	{Field: "bad-email", Text: "Enter an e-mail address such as name@example.com"},
	{Field: "bad-delivery", Text: "Choose how it should be delivered"},
	{Text: "Nothing was saved. What you typed is still here."},
}

var gallerySteps = []Stage{
	{Label: "Received", When: "Saturday 21:17", Done: true}, {Label: "Confirmed", When: "Sunday 08:20", Done: true},
	{Label: "Packing", Now: true}, {Label: "On its way"}, {Label: "With you", When: "Tuesday"},
}
