using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;

namespace Stiefel.Server.Grants;

/// <summary>A desktop's right to the disk. The disk itself is open only while it may be used: see <see cref="GrantedDevice"/>.</summary>
internal sealed class Grant
{
    // The mark of a disk whose writes nobody counts, or which others can write.
    private const string Untold = "untold";

    private readonly GrantedDevice _device;

    /// <param name="record">New, or left by a server that ran before this one.</param>
    /// <param name="disk">The disk that it is for.</param>
    public Grant(GrantRecord record, ServedDisk disk)
    {
        Record = record;
        _device = new GrantedDevice(disk)
        {
            LostWrite = record.LostWriteError == 0 ? null : new LinuxException("fdatasync, before the disk was opened anew", record.LostWriteError),
        };
    }

    public GrantRecord Record { get; private set; }

    /// <summary>What log and status call its export.</summary>
    public string Label => Record.Label;

    /// <summary>The open disk; null while boot files are read for somebody else.</summary>
    public NbdExport? Export => _device.Export;

    /// <inheritdoc cref="GrantedDevice.Session"/>
    public ExportSession Session => _device.Session;

    /// <summary>The disk is this desktop's no more: it said goodbye, or was ended.</summary>
    public bool IsOver => IsVoid || Record.HasEnded;

    /// <summary>It was ended, and what says so to a server that starts later could not be written: nobody has the disk by it, and nothing brings it back.</summary>
    public bool IsVoid { get; set; }

    /// <summary>Opens the disk. The first disk that is opened for a grant is the one it is for, as it was left, and no other ever is.</summary>
    /// <exception cref="OtherMediumException">It is another one, or was changed since it was closed.</exception>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public void Open() => _device.Open(Record.ExportName, Label, Recognise);

    /// <summary>Makes what was written durable and closes the disk.</summary>
    /// <param name="lost">Told if that failed, before the disk is closed: a loss that is already on record is not told again.</param>
    /// <param name="marked">Told when the record says how the disk was left.</param>
    public void Close(Action<LinuxException, bool> lost, Action marked) => _device.Close(
        e =>
        {
            var isNew = Record.LostWriteError != e.Errno;
            Record = Record with { LostWriteError = e.Errno };
            lost(e, isNew);
        },
        mark =>
        {
            Record = Record with { Mark = mark.Length == 0 ? Untold : mark };
            marked();
        });

    /// <summary>The same desktop asked again: what it wrote before is its loss still.</summary>
    public void Carry(Grant previous)
    {
        _device.LostWrite = previous._device.LostWrite;
        _device.Session = previous._device.Session;
        Record = Record with { LostWriteError = previous.Record.LostWriteError };
    }

    /// <summary>Its desktop said goodbye: the disk was closed before, with all of it on the medium.</summary>
    /// <param name="number">The goodbye's.</param>
    public void End(ulong number) => Record = Record with { EndedBy = number };

    /// <summary>That could not be recorded: the disk is its desktop's as before.</summary>
    public void GoOn() => Record = Record with { EndedBy = 0 };

    private void Recognise(DiskDevice device)
    {
        var medium = device.Identity;
        if (Record.Medium.Length > 0 && Record.Medium != medium)
        {
            throw new OtherMediumException($"{Record.Disk} is another disk now ({medium}) than the one that was granted ({Record.Medium})");
        }

        if (Record.Medium.Length > 0 && Record.Mark.Length == 0 && !device.WasKept)
        {
            throw new OtherMediumException($"the server was killed, and nothing held {Record.Disk} since: whether it was changed meanwhile cannot be told");
        }

        if (Record.Mark.Length > 0 && Record.Mark != device.ReadChangeMark())
        {
            throw new OtherMediumException(Record.Mark == Untold
                ? $"nothing tells whether {Record.Disk} was changed since it was closed"
                : $"{Record.Disk} was changed by something else since it was closed");
        }

        Record = Record with { Medium = medium, Mark = "" };
    }
}
