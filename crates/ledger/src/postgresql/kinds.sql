-- Step 2: events by kind. An import asks for the few events of one kind among all there are.
CREATE INDEX event_of_kind ON event (kind, seq);
