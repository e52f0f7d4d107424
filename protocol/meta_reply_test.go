package protocol

import (
	"testing"

	"gocached/clock"
	"gocached/engine"
)

// metaRequest is the request of one line.
func metaRequest(t *testing.T, line string) (r *Request, key []byte) {
	t.Helper()
	run, p := new(Run), &Parser{Limits: Limits{StreamFrom: 1}}
	if _, need := p.Parse([]byte(line+"\r\n"), run, MaxRun); run.N != 1 || need == NeedMore {
		t.Fatalf("%s: %d requests, need %d", line, run.N, need)
	}
	return &run.Requests[0], run.Keys[0].Bytes
}

// TestMetaReply: the answers are memcached 1.6.45's to the line in front of each.
func TestMetaReply(t *testing.T) {
	for _, c := range []struct {
		line  string
		reply Reply
		want  string
	}{
		{"ms foo 2 k O9", Reply{}, "HD kfoo O9\r\n"},
		{"ms foo 2 O9 k", Reply{}, "HD O9 kfoo\r\n"},
		{"ms foo 2 s c b", Reply{}, "CLIENT_ERROR error decoding key\r\n"},
		{"ms foo 2", Reply{}, "HD\r\n"},
		{"ms foo 2 q k", Reply{}, ""},
		{"ms foo 2 s t c", Reply{CAS: 7, Length: 9}, "HD s9 c7\r\n"},
		{"ms foo 2 ME c k s", Reply{Status: engine.NotStored, Length: 2}, "NS c0 kfoo s2\r\n"},
		{"ms no 2 q MR k O4", Reply{Status: engine.NotStored}, "NS kno O4\r\n"},
		{"md Zm9v b k O3", Reply{}, "HD kZm9v b O3\r\n"},
		{"md miss q k O1", Reply{Status: engine.NotFound}, "NF kmiss O1\r\n"},
		{"md foo C999999 k O1 c t s f", Reply{Status: engine.Exists}, "EX kfoo O1\r\n"},
		{"mg miss O123 k", Reply{Status: engine.NotFound}, "EN O123 kmiss\r\n"},
		{"mg bWlzcw== b k O1", Reply{Status: engine.NotFound}, "EN kbWlzcw== b O1\r\n"},
		{"mg bWlzcw== b O1 v t c s", Reply{Status: engine.NotFound}, "EN O1\r\n"},
		{"mg miss k q O1", Reply{Status: engine.NotFound}, ""},
		{"ma foo q k O1", Reply{Status: engine.NonNumeric}, "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"},
		{"ma foo k O1 t c", Reply{Status: engine.NotFound}, "NF kfoo O1\r\n"},
		{"ma foo q t c", Reply{}, ""},
		{"ma foo t c s f", Reply{CAS: 3, Exptime: clock.Never}, "HD t-1 c3\r\n"},
		{"ma foo v O t c", Reply{CAS: 3, Exptime: 130, Number: 1234}, "VA 4 O t30 c3\r\n1234\r\n"},
		{"mn", Reply{}, "MN\r\n"},
	} {
		r, key := metaRequest(t, c.line)
		if r.Now = 100; r.Command == Fail {
			c.reply.Status = r.Status
		}
		if got := string(AppendReply(nil, r, key, &c.reply)); got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
		if r.Command == Get {
			if got := string(AppendMiss(nil, r, key)); got != c.want {
				t.Errorf("%s: a miss shows %q, want %q", c.line, got, c.want)
			}
		}
	}
}

// TestMetaHit: so are those to what an mg finds.
func TestMetaHit(t *testing.T) {
	seen := engine.Seen{Exptime: 130, Idle: 5, Fetched: true}
	for _, c := range []struct {
		line string
		seen engine.Seen
		want string
	}{
		{"mg foo", seen, "HD\r\n"},
		{"mg foo v", seen, "VA 3\r\nbar\r\n"},
		{"mg foo k v s t f c l h O123", seen, "VA 3 kfoo s3 t30 f4294967295 c7 l5 h1 O123\r\nbar\r\n"},
		{"mg foo h l c f t s v k O", engine.Seen{}, "VA 3 h0 l0 c7 f4294967295 t-1 s3 kfoo O\r\nbar\r\n"},
		{"mg foo q t", engine.Seen{Exptime: clock.Past}, "HD t4294967197\r\n"},
		{"mg foo v C7 s", seen, "HD s3\r\n"},
		{"mg foo v C8", seen, "VA 3\r\nbar\r\n"},
		{"mg foo v", engine.Seen{Stale: true, Won: true}, "VA 3 X W\r\nbar\r\n"},
		{"mg foo k", engine.Seen{Stale: true, Sent: true}, "HD kfoo Z X\r\n"},
		{"mg foo", engine.Seen{Sent: true}, "HD Z\r\n"},
		{"mg foo", engine.Seen{New: true, Won: true}, "HD W\r\n"},
		{"mg foo k s", engine.Seen{Base64: true}, "HD kZm9v b s3\r\n"},
		{"mg Zm9v b k s", engine.Seen{}, "HD kfoo s3\r\n"},
		{"mg YSBi b k", engine.Seen{}, "HD kYSBi b\r\n"}, // "a b"
		{"mg YQpi b k", engine.Seen{}, "HD kYQpi b\r\n"}, // "a\nb"
		{"mg YX9i b k", engine.Seen{}, "HD kYX9i b\r\n"}, // "a\x7fb"
		{"mg a\x01b k", engine.Seen{}, "HD ka\x01b\r\n"},
	} {
		r, bytes := metaRequest(t, c.line)
		r.Now = 100
		key := &engine.Key{Bytes: bytes, Look: &engine.Look{Seen: c.seen}}
		hit := &engine.Hit{Value: []byte("bar"), Flags: 1<<32 - 1, CAS: 7}
		if got := string(AppendHit(nil, r, key, hit)); got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
}

// TestMetaHitWon: who had won before it had to wait is told so, though it looks like somebody else by then.
func TestMetaHitWon(t *testing.T) {
	r, bytes := metaRequest(t, "mg foo v")
	r.Flag |= FlagWon
	key := &engine.Key{Bytes: bytes, Look: &engine.Look{Seen: engine.Seen{Stale: true, Sent: true}}}
	if got := string(AppendHit(nil, r, key, &engine.Hit{Value: []byte("bar")})); got != "VA 3 X W\r\nbar\r\n" {
		t.Errorf("%q", got)
	}
}

// TestDescription: me shows what is known, and never a key that cannot stand in a line.
func TestDescription(t *testing.T) {
	for _, c := range []struct {
		line string
		seen engine.Seen
		want string
	}{
		{"me foo", engine.Seen{Size: 65, Class: 1}, "ME foo exp=-1 la=0 cas=7 fetch=no cls=1 size=65\r\n"},
		{"me foo b", engine.Seen{Idle: 9, Exptime: 130, Fetched: true}, "ME foo exp=30 la=9 cas=7 fetch=yes cls=0 size=0\r\n"},
		{"me foo", engine.Seen{Base64: true, Exptime: clock.Past}, "ME Zm9v exp=-99 la=0 cas=7 fetch=no cls=0 size=0\r\n"},
		{"me YSBi b x", engine.Seen{}, "ME YSBi exp=-1 la=0 cas=7 fetch=no cls=0 size=0\r\n"},
	} {
		r, bytes := metaRequest(t, c.line)
		r.Now = 100
		key := &engine.Key{Bytes: bytes, Look: &engine.Look{Seen: c.seen}}
		if got := string(AppendDescription(nil, r, key, &engine.Hit{CAS: 7})); got != c.want {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
}
