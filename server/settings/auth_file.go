package settings

// parseAuthFile takes -Y. With it there is no protocol but text, unless -B names one.
func parseAuthFile(s *Settings, path string) string {
	if path == "" {
		return "-Y needs a file of users"
	}
	s.AuthFile = path
	if !s.Given("protocol") {
		s.Binding = BindingASCII
	}
	return ""
}

// checkAuthFile says what does not go with -Y. Both texts are memcached's.
func checkAuthFile(s *Settings) string {
	udp, _ := s.UDPEndpoints()
	switch {
	case s.AuthFile == "":
		return ""
	case s.Binding != BindingASCII:
		return "ERROR: You cannot allow the BINARY protocol while using ascii authentication tokens."
	case len(udp) > 0:
		return "Cannot use UDP with ascii authentication enabled (-U 0 to disable)"
	}
	return ""
}
