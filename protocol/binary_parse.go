package protocol

func (p *Parser) parseBinary(in []byte, run *Run, end int) (pos int, need Need) {
	panic("to be written")
}
