// Package access owns who may come in and what they may do: staff with their
// passwords and second factors, their sessions, the closed list of permissions
// and the one table of roles.
//
// Words: staff or a person (never "account owner"), role, permission, session,
// second factor (TOTP), recovery code, policy (what the company asks of its
// staff). A person is invited, active or disabled; nobody is deleted. An
// account's generation is raised when its password or second factor changes,
// and every session of an older generation is dead from that commit on.
//
// Secret links for invitations and forgotten passwords belong to internal/link,
// the mails that carry them to internal/notify.
package access
