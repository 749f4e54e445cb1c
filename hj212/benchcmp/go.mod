module ballast/hj212/benchcmp

go 1.26.0

require (
	ballast v0.0.0
	github.com/flash520/hj212 v0.0.0
	github.com/teafull/hjt212 v0.0.0
)

require (
	github.com/emmansun/gmsm v0.44.0 // indirect
	github.com/flash520/link v0.0.0 // indirect
	github.com/sirupsen/logrus v1.10.2 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace (
	ballast => ../..
	github.com/flash520/hj212 => ./peers/flash520
	github.com/flash520/link => ./peers/link
	github.com/teafull/hjt212 => ./peers/teafull
)
