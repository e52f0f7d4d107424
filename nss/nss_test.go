package nss

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"
)

// answers is an asker that knows what it was told.
func answers(known map[string]string) asker {
	return func(database, key string) string { return known[database+" "+key] }
}

func TestFindUser(t *testing.T) {
	ask := answers(map[string]string{
		"passwd cache":      "cache:*:70001:70002:Cache:/home/cache:/bin/false\n",
		"initgroups cache":  "cache                 70002 27 100\n",
		"passwd 70001":      "cache:*:70001:70002:Cache:/home/cache:/bin/false\n",
		"passwd alone":      "alone:x:5:6:::\n",
		"passwd 4294967296": "root:x:0:0:::\n",
		"passwd odd":        "odd:x:five:6:::\n",
		"passwd negative":   "negative:x:-2:6:::\n",
		"passwd short":      "short\n",
	})
	for name, want := range map[string]*User{
		"cache": {70001, 70002, []int{70002, 27, 100}}, "70001": {70001, 70002, []int{70002, 27, 100}},
		"alone":      {5, 6, []int{6}},
		"4294967296": nil, "odd": nil, "negative": nil, "short": nil, "none": nil,
	} {
		got, ok := findUser(ask, name)
		if ok != (want != nil) || ok && fmt.Sprint(got) != fmt.Sprint(*want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, ok, want)
		}
	}
}

func TestFindHost(t *testing.T) {
	ask := answers(map[string]string{"ahosts cache": "10.0.0.5        STREAM cache\n10.0.0.5        DGRAM  \nfd00::5         STREAM \nodd\n"})
	want := []netip.Addr{netip.MustParseAddr("10.0.0.5"), netip.MustParseAddr("fd00::5")}
	if got := findHost(ask, "cache"); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := findHost(ask, "none"); got != nil {
		t.Errorf("%v for a host that nobody knows", got)
	}
}

// TestGetent asks the program itself, where it is there.
func TestGetent(t *testing.T) {
	if _, err := os.Stat(getent); err != nil {
		t.Skip(err)
	}
	if u, ok := FindUser("root"); !ok || u.UID != 0 || u.GID != 0 || len(u.Groups) == 0 {
		t.Errorf("root: %+v, %v", u, ok)
	}
	for _, name := range []string{"no_such_user_zz", "--help", "4294967296", "+0"} {
		if u, ok := FindUser(name); ok {
			t.Errorf("%q: %+v", name, u)
		}
	}
	if got := FindHost("127.0.0.1"); !slices.Contains(got, netip.MustParseAddr("127.0.0.1")) {
		t.Errorf("127.0.0.1 is %v", got)
	}
}
