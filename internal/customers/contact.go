package customers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Contact is somebody who speaks for a customer.
type Contact struct {
	ID    int64
	Name  string
	Email string
	Phone string
	Role  string // "Purchasing"
}

func (c Contact) checked(v *problem.Invalid) Contact {
	c.Name = trade.ReadLine(v, "name", c.Name, maxName)
	if c.Name == "" && !v.Has("name") {
		v.Add("name", "required")
	}
	c.Email = trade.ReadEmail(v, "email", c.Email)
	c.Phone = phone(v, "phone", c.Phone, "")
	c.Role = trade.ReadLine(v, "role", c.Role, 60)
	return c
}

const addContactSQL = `
	insert into customer_contacts (customer_id, name, email, phone, role)
	select $1, $2, $3, $4, $5
	where (select count(*) from customer_contacts k where k.customer_id = $1) < $6
	returning id`

// AddContact adds somebody who speaks for the customer.
func AddContact(ctx context.Context, tx *txn.Tx, customer id.Customer, k Contact) (int64, error) {
	v := &problem.Invalid{}
	k = k.checked(v)
	if err := v.Err(); err != nil {
		return 0, err
	}
	c, err := lock(ctx, tx, customer)
	if err != nil {
		return 0, err
	}
	var made int64
	err = tx.QueryRow(ctx, addContactSQL, customer, k.Name, k.Email, k.Phone, k.Role, maxContacts).Scan(&made)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, problem.Refuse("refused.too_many_contacts", "max", maxContacts)
	}
	if err != nil {
		return 0, fmt.Errorf("add a contact: %w", err)
	}
	tx.Record(txn.Event{Kind: "customer.contact_added", Subject: txn.About("customer", customer), Data: happening{Number: c.Number, Contact: made}})
	return made, nil
}

const changeContactSQL = `
	update customer_contacts
	set name = $3, email = $4, phone = $5, role = $6
	where id = $2 and customer_id = $1`

// ChangeContact rewrites a contact.
func ChangeContact(ctx context.Context, tx *txn.Tx, customer id.Customer, k Contact) error {
	v := &problem.Invalid{}
	k = k.checked(v)
	if err := v.Err(); err != nil {
		return err
	}
	c, err := lock(ctx, tx, customer)
	if err != nil {
		return err
	}
	tx.Queue(changeContactSQL, 1, problem.Missing("contact"), customer, k.ID, k.Name, k.Email, k.Phone, k.Role)
	tx.Record(txn.Event{Kind: "customer.contact_changed", Subject: txn.About("customer", customer), Data: happening{Number: c.Number, Contact: k.ID}})
	return tx.Flush(ctx)
}

const removeContactSQL = `delete from customer_contacts where id = $2 and customer_id = $1`

// RemoveContact takes a contact away.
func RemoveContact(ctx context.Context, tx *txn.Tx, customer id.Customer, contact int64) error {
	c, err := lock(ctx, tx, customer)
	if err != nil {
		return err
	}
	tx.Queue(removeContactSQL, 1, problem.Missing("contact"), customer, contact)
	tx.Record(txn.Event{Kind: "customer.contact_removed", Subject: txn.About("customer", customer), Data: happening{Number: c.Number, Contact: contact}})
	return tx.Flush(ctx)
}

const contactsSQL = `
	select k.id, k.name, k.email, k.phone, k.role
	from customer_contacts k
	where k.customer_id = $1
	order by k.id
	limit 200`

// Contacts are those who speak for a customer, in the order they were added.
func Contacts(ctx context.Context, r pg.Reader, customer id.Customer) ([]Contact, error) {
	rows, err := r.Query(ctx, contactsSQL, customer)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Contact])
}
