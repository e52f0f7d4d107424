package bench

import "time"

// ReportFormat is the number of this form of a Report. It changes when a field changes its meaning or goes; new fields
// may come without.
const ReportFormat = 1

// Report is what a load came to: how it was asked for, on which machine, and what each server did. It is what "gocached
// bench load --json" writes, and stands on its own: whoever reads one needs nothing else to repeat the run.
//
// An operation (op) is one request as it is sent; a get of fifty keys is one. Figures that are not known, as the
// processor time of a server on another machine, are left out. Rates, costs and ratios have five digits; the spread says
// how many of these to rely on.
type Report struct {
	Format      int            `json:"format"` // ReportFormat
	Started     time.Time      `json:"started"`
	Config      ReportConfig   `json:"config"`
	Machine     Machine        `json:"machine"`
	Calibration *Calibration   `json:"calibration,omitempty"` // if the rate was asked for as a share
	Servers     []ServerReport `json:"servers"`               // in the order given; the first is what others are compared with
	Clean       bool           `json:"clean"`                 // no miss, wrong value, error, lost or unsent request anywhere
	Faults      []string       `json:"faults,omitempty"`      // a sentence for each kind of these at each server
}

// ReportConfig is the shape of the load, spelled as the flags of "gocached bench load" take it.
type ReportConfig struct {
	Protocol      string  `json:"protocol"` // text or binary
	Conns         int     `json:"conns"`
	Depth         int     `json:"depth"`           // requests in a batch
	Multiget      int     `json:"multiget"`        // keys in a get
	Gets          int     `json:"gets"`            // requests of a hundred that are gets; the others are sets
	Keys          int     `json:"keys"`            // different ones
	KeySize       string  `json:"key_size"`        // bytes
	ValueSize     string  `json:"value_size"`      // bytes
	Exptime       string  `json:"exptime"`         // seconds, 0 is never
	Zipf          float64 `json:"zipf"`            // exponent of the popularity of keys; 0 if all are equal
	OddKeys       bool    `json:"odd_keys"`        // keys with control bytes and bytes beyond ASCII are among them
	Rounds        int     `json:"rounds"`          // turns of each server
	TurnSeconds   float64 `json:"turn_seconds"`    // length of a turn
	Rate          string  `json:"rate,omitempty"`  // as asked for; none is a closed loop
	RatePerSecond float64 `json:"rate_per_second"` // requests a second in all that were meant to be sent; 0 in a closed loop
	Poisson       bool    `json:"poisson"`         // at random moments instead of even ones
	Threads       int     `json:"threads"`         // of the generator
}

// Machine is where the generator ran, and the servers too if they are local.
type Machine struct {
	CPU        string  `json:"cpu"`              // model, as the kernel names it
	Processors int     `json:"processors"`       // of the machine
	Usable     int     `json:"usable"`           // of these, the ones that the generator was allowed to use
	Memory     uint64  `json:"memory,omitempty"` // bytes
	Kernel     string  `json:"kernel"`
	Calls      string  `json:"calls,omitempty"`          // how the generator makes them: together (through io_uring) or singly
	SystemCall float64 `json:"system_call_ns,omitempty"` // nanoseconds that a system call takes in which the kernel does next to nothing
	System     string  `json:"system,omitempty"`         // the distribution's name for itself
	Go         string  `json:"go"`                       // version that built the generator
	OS         string  `json:"os"`
	Arch       string  `json:"arch"`
}

// Calibration is a short closed loop on the first server, of which the rate was a share.
type Calibration struct {
	Server       string  `json:"server"`
	OpsPerSecond float64 `json:"ops_per_second"`
	Seconds      float64 `json:"seconds"`
}

// ServerReport is what one server did in all its turns.
type ServerReport struct {
	Name      string        `json:"name"`
	Address   string        `json:"address"`
	Transport string        `json:"transport"` // tcp, unix or udp
	Version   string        `json:"version"`   // as it states it
	Rounds    []RoundReport `json:"rounds"`

	OpsPerSecond  Summary  `json:"ops_per_second"`
	KeysPerSecond Summary  `json:"keys_per_second"`
	CPU           *Summary `json:"cpu_ns_per_op,omitempty"`        // processor time of the server, user and system
	ClientCPU     Summary  `json:"client_cpu_ns_per_op"`           // processor time of the generator
	ClientBusy    Summary  `json:"client_busy"`                    // share of its threads' time that the generator worked
	OpsRatio      Summary  `json:"ops_per_second_ratio"`           // to the first server in the same round; above 1 is more
	CPURatio      *Summary `json:"cpu_ns_per_op_ratio,omitempty"`  // to the first server in the same round; below 1 is cheaper
	Latency       Latency  `json:"latency"`                        // of all rounds together
	MedianLatency Latency  `json:"median_latency"`                 // for each figure the median of the rounds
	RSS           uint64   `json:"resident_bytes,omitempty"`       // at the end
	RSSFilled     uint64   `json:"resident_bytes_full,omitempty"`  // once filled, before the first turn
	RSSBefore     uint64   `json:"resident_bytes_start,omitempty"` // before it was filled

	Counts     Counts `json:"counts"`                // of all rounds
	FirstWrong string `json:"first_wrong,omitempty"` // the first wrong value
	FirstError string `json:"first_error,omitempty"` // the first answer that is an error
}

// RoundReport is what one server did in one turn.
type RoundReport struct {
	Seconds       float64 `json:"seconds"`
	OpsPerSecond  float64 `json:"ops_per_second"`
	KeysPerSecond float64 `json:"keys_per_second"`
	CPU           float64 `json:"cpu_ns_per_op,omitempty"`
	ClientCPU     float64 `json:"client_cpu_ns_per_op"`
	ClientBusy    float64 `json:"client_busy"`
	OpsRatio      float64 `json:"ops_per_second_ratio"`
	CPURatio      float64 `json:"cpu_ns_per_op_ratio,omitempty"`
	Latency       Latency `json:"latency"`
	RSS           uint64  `json:"resident_bytes,omitempty"`
	Counts        Counts  `json:"counts"`
}

// Counts is what became of the requests. In a clean run only the first three are not zero.
type Counts struct {
	Requests int64 `json:"requests"` // sent and answered, or lost
	Keys     int64 `json:"keys"`     // in these, asked for or set
	Bytes    int64 `json:"bytes"`    // of values that were read or set
	Misses   int64 `json:"misses"`   // keys that were not there
	Wrong    int64 `json:"wrong"`    // values that are not what was set under the key
	Errors   int64 `json:"errors"`   // answers that are an error, as when the server is out of memory
	Lost     int64 `json:"lost"`     // requests by datagram without an answer in time
	Unsent   int64 `json:"unsent"`   // requests that a fixed rate called for and the server left no room for
}

// Latency is how long batches took, in microseconds. At a fixed rate it counts from the moment at which a batch was to be
// sent, else from the moment at which it was. Each figure has three significant digits, not more.
type Latency struct {
	Samples int64   `json:"samples"` // batches; a percentile with fewer than ten samples beyond it is not worth much
	Mean    float64 `json:"mean_us"`
	P50     float64 `json:"p50_us"`
	P90     float64 `json:"p90_us"`
	P99     float64 `json:"p99_us"`
	P999    float64 `json:"p99_9_us"`
	P9999   float64 `json:"p99_99_us"`
	Max     float64 `json:"max_us"`
}

// Summary is the middle and the spread of one figure over the rounds.
type Summary struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	MAD    float64 `json:"mad"` // median of the distances from the median
}
