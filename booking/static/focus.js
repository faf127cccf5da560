// After a form was refused, reading goes on where it is said what to put right.
const problem = document.querySelector("#refused, #problems");
if (problem) problem.focus();
