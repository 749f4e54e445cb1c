package composite

// prepareMethods, weightMethods and resultMethods follow with their files.
var prepareMethods, resultMethods []Method
