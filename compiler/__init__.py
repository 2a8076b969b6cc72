"""From a specification to a function with evidence: front end, IR, interpreter, fill, judge, emit, driver."""
