package sasl

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// settle is how old a file's last change must be before its time and size are trusted to tell the next change: file
// systems stamp changes only every few milliseconds.
const settle = 100 * time.Millisecond

// source is one file of users and what was last read of it.
type source struct {
	path     string
	limit    int64 // bytes
	required bool  // it is an error if the file does not exist
	optional bool  // nobody asked for the file: what is wrong with it is a remark, no error
	parse    func(path string, data []byte) ([]entry, error)

	seen    stamp // at the last attempt to read it, good or bad
	entries []entry
	remark  string
}

// stamp is what tells one state of a file from the next, without reading it.
type stamp struct {
	taken   bool
	settled bool
	info    fs.FileInfo // nil if the file does not exist, or if fault says what is wrong
	fault   string
}

// takeStamp asks the file system, once. It returns an error along with the stamp that tells of it.
func takeStamp(path string, now time.Time) (stamp, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	switch {
	case err == nil:
		return stamp{taken: true, info: info, settled: now.Sub(info.ModTime()).Abs() > settle}, nil
	case errors.Is(err, fs.ErrNotExist):
		return stamp{taken: true, settled: true}, nil
	}
	return stamp{taken: true, settled: true, fault: err.Error()}, err
}

// same reports whether nothing hints at a change between the two. The mode counts: who was refused may now be let in.
func (s stamp) same(t stamp) bool {
	if s.taken != t.taken || s.fault != t.fault || (s.info == nil) != (t.info == nil) {
		return false
	}
	return s.info == nil || s.info.ModTime().Equal(t.info.ModTime()) && s.info.Size() == t.info.Size() &&
		s.info.Mode() == t.info.Mode() && os.SameFile(s.info, t.info)
}

// changed reports whether the file may differ from what was last seen.
func (s *source) changed(now time.Time) bool {
	if !s.seen.taken || !s.seen.settled {
		return true
	}
	current, _ := takeStamp(s.path, now)
	return !s.seen.same(current)
}

// read takes the file's users over. On error those it had before stay.
func (s *source) read(now time.Time) error {
	var entries []entry
	err := errChanging
	for try := 0; try < 3 && err == errChanging; try++ {
		entries, err = s.readOnce(now)
	}
	s.remark = ""
	switch {
	case err == errChanging:
		err = fmt.Errorf("%s: %w", s.path, err)
	case err == nil && s.required && len(entries) == 0 && len(s.entries) > 0: // other files may name users too, but hardly the same
		err = fmt.Errorf("%s: it names no users any more; those it named stay", s.path)
	case err == nil:
		s.entries = entries
	}
	if err != nil && s.optional {
		s.remark, err = "not used: "+err.Error(), nil
	}
	return err
}

var errChanging = errors.New("changes while it is read")

// readOnce reads the file, and makes sure that it did not change meanwhile.
func (s *source) readOnce(now time.Time) ([]entry, error) {
	before, err := takeStamp(s.path, now)
	s.seen = before
	switch {
	case err != nil:
		return nil, err
	case before.info == nil && s.required:
		return nil, &fs.PathError{Op: "open", Path: s.path, Err: fs.ErrNotExist}
	case before.info == nil:
		return nil, nil
	}
	data, err := readLimited(s.path, s.limit)
	if err != nil {
		return nil, err
	}
	if after, err := takeStamp(s.path, now); err != nil || !before.same(after) {
		return nil, errChanging
	}
	return s.parse(s.path, data)
}

// readLimited reads a whole file of at most limit bytes.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: more than %d bytes", path, limit)
	}
	return data, nil
}
