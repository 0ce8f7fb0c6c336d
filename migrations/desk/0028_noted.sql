-- What is done without a command, such as a setting or an export, stands in one chain with what was refused: without a code.
alter table refusal rename to noted;
