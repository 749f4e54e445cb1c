package access

import (
	"crypto/cipher"
	"encoding/base64"
	"io"
	"strings"

	"ballast/internal/fault"

	"github.com/emmansun/gmsm/sm4"
)

// sealer keeps TOTP secrets unreadable in the database and its backups when the
// installation has a key: SM4 (GB/T 32907) in GCM mode, bound to the account.
type sealer struct {
	aead   cipher.AEAD // nil without a key
	random io.Reader
}

const (
	sealedPrefix = "sm4gcm:"
	plainPrefix  = "plain:"
)

func newSealer(key []byte, random io.Reader) (*sealer, error) {
	if len(key) == 0 {
		return &sealer{random: random}, nil
	}
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "SM4 密钥不能用")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "SM4 不能用")
	}
	return &sealer{aead, random}, nil
}

// seal returns the text to store for a secret of the named owner.
func (s *sealer) seal(secret, owner string) (string, error) {
	if s.aead == nil {
		return plainPrefix + secret, nil
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return "", fault.Wrap(fault.Internal, err, "取不到随机数")
	}
	sealed := s.aead.Seal(nonce, nonce, []byte(secret), []byte(owner))
	return sealedPrefix + base64.RawStdEncoding.EncodeToString(sealed), nil
}

// open is the inverse of seal. Plain secrets stay readable after a key is given.
func (s *sealer) open(stored, owner string) (string, error) {
	if secret, ok := strings.CutPrefix(stored, plainPrefix); ok {
		return secret, nil
	}
	bad := func(err error) error {
		return fault.Wrap(fault.Unavailable, err, "动态验证码的密钥解不开").
			WithHint("请系统管理员核对 SM4 密钥，或由安全管理员重置动态验证码。")
	}
	text, ok := strings.CutPrefix(stored, sealedPrefix)
	if !ok || s.aead == nil {
		return "", bad(nil)
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) < s.aead.NonceSize() {
		return "", bad(err)
	}
	n := s.aead.NonceSize()
	secret, err := s.aead.Open(nil, raw[:n], raw[n:], []byte(owner))
	if err != nil {
		return "", bad(err)
	}
	return string(secret), nil
}
