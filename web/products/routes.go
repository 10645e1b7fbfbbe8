// Package products is the section /products: the list, a product's page with
// everything known of it, the forms for products and variants, price lists, and
// pictures. It translates between forms and internal/catalog and decides
// nothing.
package products

import (
	"fmt"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/files"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// Deps is what the pages need.
type Deps struct {
	Read    pg.Reader // the read-only pool
	Company func() settings.Company
	Clock   func() time.Time
}

type pages struct{ Deps }

// Routes adds the section's pages and commands.
func Routes(r *edge.Router, d Deps) {
	p := pages{d}
	r.Get("/products", access.ProductRead, p.list)
	r.Get("/products/find", access.ProductRead, p.find)

	r.Get("/products/new", access.ProductManage, p.newForm)
	r.Post("/products/new", access.ProductManage, p.create)
	r.Get("/products/{product}", access.ProductRead, p.product)
	r.Get("/products/{product}/edit", access.ProductManage, p.editForm)
	r.Post("/products/{product}/edit", access.ProductManage, p.edit)
	r.Post("/products/{product}/picture", access.ProductManage, p.setPicture, edge.Body(files.MaxBytes+1<<20))
	r.Post("/products/{product}/picture/remove", access.ProductManage, p.removePicture)
	r.Get("/files/{file}", access.ProductRead, p.picture)

	r.Get("/products/{product}/variants/new", access.ProductManage, p.newVariantForm)
	r.Post("/products/{product}/variants/new", access.ProductManage, p.addVariant)
	r.Get("/products/{product}/variants/{sku}", access.ProductManage, p.variantForm)
	r.Post("/products/{product}/variants/{sku}", access.ProductManage, p.changeVariant)
	r.Post("/products/{product}/variants/{sku}/barcodes", access.ProductManage, p.addBarcode)
	r.Post("/products/{product}/variants/{sku}/barcodes/remove", access.ProductManage, p.removeBarcode)
	r.Post("/products/{product}/variants/{sku}/substitutes", access.ProductManage, p.setSubstitutes)
	r.Post("/products/{product}/variants/{sku}/parts", access.ProductManage, p.setParts)
	r.Get("/products/{product}/variants/{sku}/withdraw", access.ProductManage, p.withdrawForm)
	r.Post("/products/{product}/variants/{sku}/withdraw", access.ProductManage, p.withdraw)
	r.Post("/products/{product}/variants/{sku}/reinstate", access.ProductManage, p.reinstate)

	r.Get("/products/prices", access.PriceRead, p.lists)
	r.Get("/products/prices/new", access.PriceManage, p.newListForm)
	r.Post("/products/prices/new", access.PriceManage, p.createList)
	r.Get("/products/prices/{list}", access.PriceRead, p.prices)
	r.Post("/products/prices/{list}", access.PriceManage, p.setPrice)
	r.Post("/products/prices/{list}/remove", access.PriceManage, p.removePrice)
}

// sight is how one person sees the section.
type sight struct {
	parts.Look
	Key         string // the command key of the page's form
	Manage      bool   // may change products
	Prices      bool   // may see selling prices
	SetPrices   bool
	Costs       bool
	Stock       bool
	Said        ui.Problems
	Whole       string // what is wrong with the form as a whole
	Differences []ui.Difference
}

func (p pages) sight(r *edge.Request) sight {
	return sight{Look: parts.NewLook(r.Lang, p.Company().Location(), p.Clock()), Key: r.Key(),
		Manage: r.Can(access.ProductManage), Prices: r.Can(access.PriceRead), SetPrices: r.Can(access.PriceManage),
		Costs: r.Can(access.CostRead), Stock: r.Can(access.StockRead)}
}

// fresh is another command key, for the second and further forms of a page: two
// forms never share one.
func fresh() string { return string(id.NewKey()) }

func frame(title string) ui.Frame { return ui.Frame{Title: title, Section: "/products"} }

func productPath(p id.Product) string { return fmt.Sprintf("/products/%d", p) }

func variantPath(p id.Product, s id.SKU) string { return fmt.Sprintf("/products/%d/variants/%d", p, s) }

func pricesPath(l id.PriceList) string { return fmt.Sprintf("/products/prices/%d", l) }

func filePath(f id.File) string { return fmt.Sprintf("/files/%d", f) }
