package settings

import (
	"slices"
	"strings"

	"gocached/compat"
	"gocached/engine"
)

// What -E can name, and the keys of -o that the engine it names has beside the server's own.

// engineNamed returns what is known of an engine, with nothing in it if there is no such engine.
func (s *Settings) engineNamed(name string) (info engine.Info, ok bool) {
	at := slices.IndexFunc(s.engines, func(e engine.Info) bool { return e.Name == name })
	if at < 0 {
		return engine.Info{}, false
	}
	return s.engines[at], true
}

// checkEngine is the check of -E in the settings table.
func checkEngine(s *Settings) string {
	if _, ok := s.engineNamed(s.Engine); ok || s.engines == nil {
		return ""
	}
	names := make([]string, len(s.engines))
	for i, e := range s.engines {
		names[i] = e.Name
	}
	return "Unknown engine: " + s.Engine + "\n -- should be one of " + strings.Join(names, ", ")
}

// takeForeign gives the engine those keys of -o that are not the server's. What is not the engine's either is a fault.
func (s *Settings) takeForeign() {
	info, _ := s.engineNamed(s.Engine)
	for _, part := range s.foreign {
		if fault := s.setForeign(part, info.Options); fault != "" {
			s.faults = append(s.faults, Fault{Text: fault, Exit: ExitFault})
		}
	}
	s.foreign = nil
}

// setForeign takes one part of -o's argument that may be one of the engine's options.
func (s *Settings) setForeign(part string, options []engine.Option) string {
	key, value, given := strings.Cut(part, "=")
	at := slices.IndexFunc(options, func(o engine.Option) bool { return o.Key == key })
	if at < 0 {
		if fault, known := s.setNewer(part, options); known {
			return fault
		}
		return s.illegal(part, key, options)
	}
	fault := fault1645(key, value)
	if fault == "" {
		fault = options[at].Fault(value, given)
	}
	if fault != "" {
		return fault
	}
	if s.EngineOptions == nil {
		s.EngineOptions = map[string]string{}
	}
	s.EngineOptions[key] = value
	return ""
}

// illegal returns the fault of a key of -o that neither the server nor the engine has: what was probably meant, and what
// there is.
func (s *Settings) illegal(part, key string, own []engine.Option) string {
	all := append(ExtendedTable(), own...)
	names, forms := make([]string, len(all)), make([]string, len(all))
	for i := range all {
		names[i], forms[i] = all[i].Key, all[i].String()
	}
	text := "Illegal suboption \"" + part + "\""
	if s.Compat.Has(compat.StartFaults) {
		return text
	}
	if like := Nearest(key, names); like != "" {
		text += "\n -- did you mean " + like + "?"
	}
	for _, e := range s.engines {
		if slices.ContainsFunc(e.Options, func(o engine.Option) bool { return o.Key == key }) {
			text += "\n -- it belongs to -E " + e.Name
		}
	}
	return text + "\n -- should be one of " + strings.Join(forms, ", ")
}
