package check

// outside are the invariants of mails, jobs and commands.
var outside = []Invariant{{"E04", mailStuckSQL}, {"E05", jobOnceSQL}, {"E06", jobStuckSQL}, {"E07", mailOnceSQL}, {"E08", commandOnceSQL}, {"E09", commandKeptSQL}, {"E10", mailEventSQL}}

const mailStuckSQL = `
	select format('mail %s has waited since %s and no job will send it', m.id, m.created_at)
	from notify_mails m
	where m.state = 'queued' and m.created_at < now() - interval '15 minutes'
	  and not exists (
		select 1
		from river_job j
		where j.kind = 'send_mail' and j.state in ('available', 'pending', 'retryable', 'running', 'scheduled') and (j.args ->> 'mail')::bigint = m.id)`

const jobOnceSQL = `
	select format('%s live jobs of kind %s are the same', count(*), min(j.kind))
	from river_job j
	where j.unique_key is not null and j.state in ('available', 'pending', 'retryable', 'running', 'scheduled')
	group by j.unique_key
	having count(*) > 1`

// Jobs that nobody works on are no fault while no worker runs; one that runs
// tidies every minute. (River's own sign of life is a table without a log,
// which a replica cannot read.)
const jobStuckSQL = `
	select format('job %s (%s) is %s, try %s of %s', j.id, j.kind, j.state, j.attempt, j.max_attempts)
	from river_job j
	where j.attempt > j.max_attempts
	   or exists (select 1 from river_job t where t.kind = 'tidy_soft_holds' and t.attempted_at > now() - interval '5 minutes')
	      and (j.state = 'running' and coalesce(j.attempted_at, '-infinity') < now() - interval '10 minutes'
	        or j.state in ('available', 'retryable', 'scheduled') and j.scheduled_at < now() - interval '15 minutes')`

const mailOnceSQL = `
	select format('%s mails of kind %s for event %s to one recipient', count(*), m.kind, m.event_id)
	from notify_mails m
	group by m.event_id, m.kind, m.recipient, m.copy
	having count(*) > 1`

const commandOnceSQL = `
	select format('command %s was done %s times', c.key, count(*))
	from commands c
	group by c.key, c.scope
	having count(*) > 1`

// A command and its effect stand or fall together: an order's event without
// its command would be done again by a repeat.
const commandKeptSQL = `
	select format('event %s (%s) of a command that is not kept', e.id, e.kind)
	from events e
	where e.order_id is not null and not exists (select 1 from commands c where c.key = e.command_key)`

const mailEventSQL = `
	select format('mail %s (%s) tells of an event %s that is not there', m.id, m.kind, m.event_id)
	from notify_mails m
	where not exists (select 1 from events e where e.id = m.event_id)`
