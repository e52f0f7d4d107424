package protocol

// NumCommands is how many commands there are: the length of a table indexed by Command.
const NumCommands = int(numCommands)

// AppendDump appends one item of a stats cachedump: a line of its own form in text, a figure in binary.
func AppendDump(dst []byte, r *Request, key, what string) []byte {
	if r.Flag&FlagBinary != 0 {
		return AppendStat(dst, r, key, what)
	}
	dst = append(dst, "ITEM "...)
	dst = append(dst, key...)
	dst = append(dst, ' ')
	return appendLine(dst, what)
}
