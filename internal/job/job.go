// Package job holds what is put into the job queue (arguments, queues,
// uniqueness) and the board on which people see what became of it.
// internal/worker does the work.
//
// Arguments are ids, not copies: what a job needs it reads when it runs.
package job

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"packhouse/internal/id"
)

// The queues. Mail waits for others' servers, so it has workers of its own.
const (
	MailQueue = "mail"
	TidyQueue = "tidy"
)

// SendMail sends one row of notify_mails. Two jobs of one mail do no harm: the
// row's lease lets one of them send.
type SendMail struct {
	Mail id.Mail `json:"mail"`
}

// Kind names the job in the queue.
func (SendMail) Kind() string { return "send_mail" }

// SendMailTries is how often a mail is tried; with the back-off of the worker
// the last try comes a day and a half after the first.
const SendMailTries = 14

// InsertOpts are the queue and how often it is tried.
func (SendMail) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: MailQueue, MaxAttempts: SendMailTries}
}

// TidySoftHolds ends soft holds whose time has passed. Reading them already
// takes them for gone; this keeps the tables small.
type TidySoftHolds struct{}

// Kind names the job in the queue.
func (TidySoftHolds) Kind() string { return "tidy_soft_holds" }

// InsertOpts let one wait at a time.
func (TidySoftHolds) InsertOpts() river.InsertOpts { return tidy() }

// TidySessions deletes sessions that have ended.
type TidySessions struct{}

// Kind names the job in the queue.
func (TidySessions) Kind() string { return "tidy_sessions" }

// InsertOpts let one wait at a time.
func (TidySessions) InsertOpts() river.InsertOpts { return tidy() }

// How often the periodic jobs run.
const (
	SoftHoldsEvery = time.Minute
	SessionsEvery  = 30 * time.Minute
)

// tidy work that fails is not repeated: the next round does it. One that is
// under way or waiting stands for all.
func tidy() river.InsertOpts {
	return river.InsertOpts{Queue: TidyQueue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}}
}
