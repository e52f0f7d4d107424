package server

func checkListen(s *Settings) string { return "" }
