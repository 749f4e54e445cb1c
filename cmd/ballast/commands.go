package main

// commands is every verb of the program, in the order the help shows them.
var commands = []command{
	serveCommand,
	userCommand,
}
