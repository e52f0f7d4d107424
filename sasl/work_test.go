package sasl

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// mixedUsers has users of every kind and of different costs.
func mixedUsers(t testing.TB) *Authenticator {
	return withUsers(t, "plain:password\nlong@example:"+fmt.Sprintf("%0200d", 7)+"\n"+
		bcryptLine(t, "b4", "password", 4)+bcryptLine(t, "b6", "password", 6)+
		scramLine("s1", "password", hashSHA1, 4096, "saltsalt")+
		scramLine("s256", "password", hashSHA256, 4096, "saltsalt")+
		scramLine("s256long", "password", hashSHA256, 5000, "saltsaltsalt")+
		scramLine("s512", "password", hashSHA512, 4500, "saltsalt"))
}

// TestSameWork counts what a guess costs for each kind of user, for an alias and for names that do not exist: every
// name costs the same, whether the password is right or wrong.
func TestSameWork(t *testing.T) {
	a := mixedUsers(t)
	names := []string{"nobody", "plain", "plain@cache", "long@example", "b4", "b6", "s1", "s256", "s256long", "s512", "x@y"}
	tries := map[string]func(s *Session, user, password string){
		"PLAIN": func(s *Session, user, password string) {
			s.Start("PLAIN", plainMessage(user, password), noon)
		},
		"CRAM-MD5": func(s *Session, user, password string) {
			challenge, _ := s.Start("CRAM-MD5", nil, noon)
			s.Step([]byte(cramAnswer(user, password, challenge)), noon)
		},
	}
	for h := range scramHashes {
		tries[scramHashes[h].name] = func(s *Session, user, password string) {
			s.Start(scramHashes[h].name, []byte("n,,n="+user+",r="+password), noon)
			s.Step([]byte("c=biws,r=guess,p=AAAA"), noon)
		}
	}
	for mechanism, try := range tries {
		var first work
		for i, name := range names {
			for _, password := range []string{"password", "guess"} {
				s := a.NewSession()
				try(s, name, password)
				if i == 0 {
					first = s.work
				}
				if s.work != first || s.work == (work{}) {
					t.Errorf("%s: %s costs %+v, %s costs %+v", mechanism, name, s.work, names[0], first)
				}
			}
		}
	}
	s := a.NewSession()
	tries["PLAIN"](s, "nobody", "guess")
	if want := (work{digests: 1, iterations: [hashCount]int{4096, 5000, 4500}, bcrypt: 64}); s.work != want {
		t.Errorf("PLAIN costs %+v, want %+v", s.work, want)
	}
}

// TestSameSlots makes sure that a lookup reads the same number of slots for every name.
func TestSameSlots(t *testing.T) {
	lines := ""
	for i := range 500 {
		lines += fmt.Sprintf("user%d:p%d\n", i, i)
	}
	table := withUsers(t, lines).table.Load()
	if len(table.slots) != int(table.mask+1)*table.width {
		t.Errorf("%d slots, %d buckets of %d", len(table.slots), table.mask+1, table.width)
	}
	for i := range 500 {
		if table.find(fmt.Appendf(nil, "user%d", i)) != &table.creds[1+i] {
			t.Errorf("user%d is not found", i)
		}
		if table.find(fmt.Appendf(nil, "nobody%d", i)) != &table.creds[0] {
			t.Errorf("nobody%d is found", i)
		}
	}
}

// BenchmarkGuess compares a wrong password of a user with one of nobody.
func BenchmarkGuess(b *testing.B) {
	plain := withUsers(b, "user1:password\nuser2:password\n")
	mixed := mixedUsers(b)
	for _, bench := range []struct {
		name, user string
		auth       *Authenticator
	}{
		{"plaintext/known", "user1", plain},
		{"plaintext/unknown", "user9", plain},
		{"mixed/known", "plain", mixed},
		{"mixed/unknown", "pl4in", mixed},
		{"mixed/bcrypt", "b4", mixed},
	} {
		b.Run(bench.name, func(b *testing.B) {
			table, message := bench.auth.table.Load(), []byte("guess")
			var w work
			for b.Loop() {
				if table.verify([]byte(bench.user), message, &w) {
					b.Fatal("authenticated")
				}
			}
		})
	}
}

// BenchmarkKnownUnknown times the two by turns and reports how far they can be told apart: ratio is the median time of a
// known name divided by that of an unknown one, auc how often a known one takes longer (0.5 is a coin).
func BenchmarkKnownUnknown(b *testing.B) {
	table := withUsers(b, "user1:password\nuser2:password\n").table.Load()
	names := [2][]byte{[]byte("user1"), []byte("user9")}
	var times [2][]time.Duration
	var w work
	for i := 0; b.Loop(); i++ {
		for j := range names {
			k := (i + j) % 2
			start := time.Now()
			table.verify(names[k], []byte("guess"), &w)
			times[k] = append(times[k], time.Since(start))
		}
	}
	slices.Sort(times[0])
	slices.Sort(times[1])
	n, less := len(times[0]), 0
	for _, d := range times[0] {
		at, _ := slices.BinarySearch(times[1], d)
		after, _ := slices.BinarySearch(times[1], d+1)
		less += at + after
	}
	b.ReportMetric(float64(times[0][n/2])/float64(times[1][n/2]), "ratio")
	b.ReportMetric(float64(less)/2/float64(n)/float64(n), "auc")
}
