// One machine pair at a time: two would double every phase, and time-outs are three times one pair's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
