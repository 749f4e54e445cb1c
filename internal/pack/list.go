package pack

import "iter"

// entry is what a List holds: found by key, copied on the way out.
type entry[T any] interface {
	key() string
	clone() T
	place() Pos
	label() string
}

// List is a read-only list in the order of the pack, found by key. What it
// hands out are copies.
type List[T entry[T]] struct {
	all   []T
	index map[string]int
	twice []T // entries whose key was taken already
}

func (l *List[T]) add(v T) {
	if l.index == nil {
		l.index = map[string]int{}
	}
	if _, dup := l.index[v.key()]; dup {
		l.twice = append(l.twice, v)
		return
	}
	l.index[v.key()] = len(l.all)
	l.all = append(l.all, v)
}

// Len returns how many there are.
func (l *List[T]) Len() int { return len(l.all) }

// All yields the entries in the order of the pack.
func (l *List[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, v := range l.all {
			if !yield(v.clone()) {
				return
			}
		}
	}
}

// Find returns the entry of a key.
func (l *List[T]) Find(key string) (T, bool) {
	i, ok := l.index[key]
	if !ok {
		var zero T
		return zero, false
	}
	return l.all[i].clone(), true
}

// Has reports whether there is an entry of the key.
func (l *List[T]) Has(key string) bool {
	_, ok := l.index[key]
	return ok
}

// Keys returns the keys in the order of the pack.
func (l *List[T]) Keys() []string {
	keys := make([]string, len(l.all))
	for i, v := range l.all {
		keys[i] = v.key()
	}
	return keys
}
