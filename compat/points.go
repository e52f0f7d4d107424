package compat

// Point is one thing that the two versions do differently. Whoever answers it asks Mode.Has.
type Point uint8

// The points, in the order of the table.
const (
	Version Point = iota
	FewWords
	ManyWords
	ShortLine
	LeadingBlank
	LineLimit
	NoReply
	KeyTooLong
	DeleteTime
	StrictNumbers
	NegativeExptime
	UnsignedFlags
	NeedsDigit
	SubWords
	CachedumpClass
	CachedumpForever
	GuardWithoutCAS
	Opcodes
	GeneralStats
	ItemsStats
	SlabsStats
	SizesStats
	SettingsStats
	FullHouse
	ConnLimit
	UDPOff
	Unreachable
	StartFaults
	numPoints
)

// Row is one point with both answers.
type Row struct {
	Title    string // what it is about
	Old, New string // what 1.4.5 and 1.6.45 do, in a sentence; Old says so too where 1.4.5 is not followed
	Talks    []Talk // shows it; each is on a connection of its own, with a fresh server
	Tests    string // further tests that hold it, with commas
}

// Talk is a conversation: what is sent, and what each version answers. A byte is a character (U+0000 to U+00FF).
type Talk struct{ Send, Old, New string }

// HangUp stands at the end of an answer where the connection ends.
const HangUp = "(closed)"

const (
	store  = "set a 0 0 2\r\n10\r\n"
	stored = "STORED\r\n"
	format = "CLIENT_ERROR bad command line format\r\n"
	failed = "ERROR\r\n"
)

// Rows returns the table: the row of each point, in order. The caller must not change it.
func Rows() []Row { return rows[:] }
