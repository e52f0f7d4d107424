package settings

import "testing"

// TestAuthFile: with -Y there is text alone, and no UDP.
func TestAuthFile(t *testing.T) {
	for _, row := range []struct {
		words []string
		want  string
	}{
		{[]string{"Y", "users"}, ""},
		{[]string{"Y", "users", "B", "ascii"}, ""},
		{[]string{"B", "ascii", "Y", "users"}, ""},
		{[]string{"Y", "users", "B", "auto"}, "ERROR: You cannot allow the BINARY protocol while using ascii authentication tokens."},
		{[]string{"B", "binary", "Y", "users"}, "ERROR: You cannot allow the BINARY protocol while using ascii authentication tokens."},
		{[]string{"Y", "users", "U", "11211"}, "Cannot use UDP with ascii authentication enabled (-U 0 to disable)"},
	} {
		s := settingsOf(t, row.words...)
		err := s.Validate()
		switch {
		case row.want == "" && (err != nil || s.Binding != BindingASCII || s.AuthFile != "users"):
			t.Errorf("%q: %v", row.words, err)
		case row.want != "" && (err == nil || err.Error() != row.want || err.(Faults).Exit() != ExitUsage):
			t.Errorf("%q: %v", row.words, err)
		}
	}
}
