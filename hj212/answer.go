package hj212

// question is what an answer needs to know of the message it answers.
type question struct {
	version Version
	qn, st  string
	pw, mn  string
	cn      int
	pno     int
	pnum    int
}

func questionOf(m *Message) question {
	return question{version: m.Version, qn: string(m.QN()), st: string(m.ST()), pw: string(m.PW()),
		mn: string(m.MN()), cn: m.CN, pno: m.PNO, pnum: m.PNUM}
}

// answer builds 9011–9014 for a question: ST=91, the same QN, the Flag of the
// edition without bit A (HJ 212-2017 §6.6.2). The 2005 edition has the number of
// the question inside CP, and its 9014 names the command and has neither PW nor
// MN.
func (q question) answer(cn, qnRtn, exeRtn int) *Packet {
	p := &Packet{Version: q.version, QN: q.qn, ST: stInteraction, CN: cn, PW: q.pw, MN: q.mn,
		Flag: Flags(q.version, false, false)}
	body := &AnswerBody{QnRtn: qnRtn, ExeRtn: exeRtn}
	if q.version.edition().qnInArea {
		body.QN, p.QN = q.qn, ""
		if cn == CNDataReply {
			p.PW, p.MN, p.NoFlag = "", "", true
			body.CN = q.cn
		}
	}
	p.SetBody(body)
	if q.version == V2005 && cn == CNDataReply && q.pnum > 0 {
		p.Add("PNO", number(float64(q.pno), 0))
		p.Add("PNUM", number(float64(q.pnum), 0))
	}
	return p
}

// answerQN returns the number of the question that a message answers: its QN,
// or the one inside CP.
func answerQN(m *Message) string {
	if v, ok := m.Value("QN"); ok {
		return string(v)
	}
	return string(m.QN())
}

// isAnswer reports whether the message is 9011–9014.
func isAnswer(m *Message) bool { return m.CN >= CNAccepted && m.CN <= CNDataReply }
