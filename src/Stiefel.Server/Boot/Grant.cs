using Stiefel.Linux;
using Stiefel.Nbd;

namespace Stiefel.Server.Boot;

/// <summary>A desktop's right to the disk. The disk itself is open only while it may be used: see <see cref="DiskGate"/>.</summary>
internal sealed class Grant
{
    /// <param name="record">New, or left by a server that ran before this one.</param>
    public Grant(GrantRecord record)
    {
        Record = record;
        LostWrite = record.LostWriteError == 0 ? null : new LinuxException("fdatasync, before the disk was opened anew", record.LostWriteError);
    }

    public GrantRecord Record { get; set; }

    /// <summary>The open disk; null while boot files are read for somebody else.</summary>
    public NbdExport? Export { get; set; }

    /// <summary>Why something that was written under this grant may not be on the medium; no flush of it may succeed any more. Null if all is well.</summary>
    public LinuxException? LostWrite { get; set; }

    /// <summary>The same desktop asked again: what it wrote before is its loss still.</summary>
    public void Carry(Grant previous)
    {
        LostWrite = previous.LostWrite;
        Record = Record with { LostWriteError = previous.Record.LostWriteError };
    }
}
