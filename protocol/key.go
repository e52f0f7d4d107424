package protocol

// MaxKey is the longest key, in bytes. A text key is any word, so it holds no blank, no NUL and no line end; a binary
// key may hold any bytes. Both have at least one byte.
const MaxKey = 250
