-- What administrators ask of how the work goes: what was decided in the last days, and the last commands that were decided otherwise.
-- Commands come in about in the order of their times, so that a range of blocks tells a day; nearly no command is refused.
create index command_by_time on command using brin (received_at) with (pages_per_range = 16, autosummarize = on);
create index command_refused on command (organisation, received_at) where refusal is not null;
