using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;

namespace Stiefel.Server.Grants;

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

    /// <summary>What log and status call its export.</summary>
    public string Label => $"session {Record.Session[..8]}";

    /// <summary>The open disk; null while boot files are read for somebody else.</summary>
    public NbdExport? Export { get; set; }

    /// <summary>Why something that was written under this grant may not be on the medium; no flush of it may succeed any more. Null if all is well.</summary>
    public LinuxException? LostWrite { get; set; }

    /// <summary>It was ended, and what says so to a server that starts later could not be written: nobody has the disk by it, and nothing brings it back.</summary>
    public bool IsVoid { get; set; }

    /// <summary>The first disk that is opened for it is the one it is for, and no other ever is.</summary>
    /// <exception cref="OtherMediumException">It is another one.</exception>
    public void Recognise(string medium)
    {
        if (Record.Medium.Length > 0 && Record.Medium != medium)
        {
            throw new OtherMediumException($"{Record.Disk} is another disk now ({medium}) than the one that was granted ({Record.Medium})");
        }

        Record = Record with { Medium = medium };
    }

    /// <summary>The same desktop asked again: what it wrote before is its loss still.</summary>
    public void Carry(Grant previous)
    {
        LostWrite = previous.LostWrite;
        Record = Record with { LostWriteError = previous.Record.LostWriteError };
    }
}
