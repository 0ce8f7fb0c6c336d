-- Numbers that were printed here are given once, also where the server refused what they stood on.

-- The last numbers given at this desk, as JSON: the desk's prefix, and the count of each kind. None before the first command.
alter table authority add column given text;
