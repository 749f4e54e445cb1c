package hj212

// remark names what is unusual about the fields.
func (m *Message) remark() {
	if m.st.n == 0 {
		m.note(MissingST, m.headLen)
	}
	if m.qn.n != 17 || !allDigits(m.view(m.qn), 17) {
		if m.qn.at == 0 {
			m.note(NoQN, m.headLen)
		} else {
			m.note(BadQN, m.headLen+int(m.qn.at))
		}
	}
	if m.pw.n == 0 {
		m.note(NoPW, m.headLen)
	}
	if m.mn.n == 0 {
		m.note(NoMN, m.headLen)
	} else if m.mn.n != 24 || !upperHex(m.view(m.mn)) {
		m.note(MNNot24Hex, m.headLen+int(m.mn.at))
	}
	if !m.HasFlag {
		m.note(NoFlag, m.headLen)
	} else if m.Flag>>versionShift > 2 {
		m.note(UnknownVersion, m.headLen)
	}
	split := m.Flag&flagSplit != 0
	if parts := m.PNUM != 0 || m.PNO != 0; split && !parts {
		m.note(SplitBitWithoutPNUM, m.headLen)
	} else if parts && !split {
		m.note(PNUMWithoutSplitBit, m.headLen)
	}
	if m.cp.n > 950 {
		m.note(CPTooLong, m.headLen+int(m.cp.at))
	}
	m.remarkOrder()
}

// remarkOrder checks QN, ST, CN, PW, MN, Flag, PNUM, PNO, RF by the place of
// their first letters; the 2005 edition leaves the order free.
func (m *Message) remarkOrder() {
	if !m.HasFlag || m.Flag>>versionShift == 0 {
		return
	}
	last := 0
	for _, s := range [...]span{m.qn, m.st, m.pw, m.mn} {
		if s.at == 0 {
			continue
		}
		if int(s.at) < last {
			m.note(FieldOrder, m.headLen+int(s.at))
			return
		}
		last = int(s.at)
	}
}

func upperHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
