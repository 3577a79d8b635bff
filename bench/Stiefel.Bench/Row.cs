namespace Stiefel.Bench;

/// <summary>One line of the table: a load made by fio.</summary>
/// <param name="Name">The row's name, for people.</param>
/// <param name="Arguments">fio's arguments.</param>
/// <param name="InOperations">True if the rate is in operations per second instead of bytes per second.</param>
/// <param name="IsWrite">True for writes, whose goal is 1.2 times the best peer instead of 1.5.</param>
/// <param name="IsCold">True to drop the file from the page cache before each run.</param>
/// <param name="Connections">Number of connections, in a row that shows growth.</param>
internal sealed record Row(string Name, string Arguments, bool InOperations, bool IsWrite = false, bool IsCold = false, int? Connections = null)
{
    public static readonly IReadOnlyList<Row> All =
    [
        new("read 1 MiB QD16", "--rw=read --bs=1m --iodepth=16", false),
        new("read 128 KiB QD32 ×4", "--rw=read --bs=128k --iodepth=32 --numjobs=4", false),
        new("randread 4 KiB QD1", "--rw=randread --norandommap --bs=4k --iodepth=1", true),
        new("randread 4 KiB QD32", "--rw=randread --norandommap --bs=4k --iodepth=32", true),
        new("randread 4 KiB QD32 ×4", "--rw=randread --bs=4k --iodepth=32 --numjobs=4 --norandommap", true),
        new("write 1 MiB QD16", "--rw=write --bs=1m --iodepth=16", false, IsWrite: true),
        new("randwrite 4 KiB QD32", "--rw=randwrite --bs=4k --iodepth=32 --norandommap", true, IsWrite: true),
        new("mixed 70/30 4 KiB QD32", "--rw=randrw --rwmixread=70 --bs=4k --iodepth=32 --norandommap", true, IsWrite: true),
        new("randread 4 KiB QD32 cold", "--rw=randread --bs=4k --iodepth=32", true, IsCold: true),
        new("read 1 MiB QD16 cold", "--rw=read --bs=1m --iodepth=16", false, IsCold: true),
    ];

    public static Row WithConnections(int count) =>
        new($"randread 4 KiB, {count} connections", $"--rw=randread --bs=4k --iodepth=4 --numjobs={count} --norandommap", true, Connections: count);
}
