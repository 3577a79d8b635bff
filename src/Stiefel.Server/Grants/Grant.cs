using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;

namespace Stiefel.Server.Grants;

/// <summary>A desktop's right to the disk. The disk itself is open only while it may be used: see <see cref="GrantedDevice"/>.</summary>
internal sealed class Grant
{
    // The mark of a disk that other machines can write or whose writes the kernel does not count.
    private const string Untold = "untold";

    private readonly GrantedDevice _device;

    /// <param name="record">A new record, or one that an earlier server left.</param>
    /// <param name="disk">The disk that is granted.</param>
    public Grant(GrantRecord record, ServedDisk disk)
    {
        Record = record;
        _device = new GrantedDevice(disk, record.ReadOnly, record.Snapshot)
        {
            LostWrite = record.LostWriteError == 0 ? null : new LinuxException("fdatasync, before the disk was opened anew", record.LostWriteError),
        };
    }

    public GrantRecord Record { get; private set; }

    /// <summary>The name of its export in log and status.</summary>
    public string Label => Record.Label;

    /// <summary>The open disk; null while it is closed so that boot files can be read for another desktop.</summary>
    public NbdExport? Export => _device.Export;

    /// <inheritdoc cref="GrantedDevice.Session"/>
    public ExportSession Session => _device.Session;

    /// <summary>True if the desktop no longer has the disk, because it said goodbye or was ended.</summary>
    public bool IsOver => IsVoid || Record.HasEnded;

    /// <summary>True if the grant was ended, even if deleting its record failed: it gives nobody the disk and cannot become valid again.</summary>
    public bool IsVoid { get; set; }

    /// <summary>Opens the disk. The first disk that is opened for a grant becomes the grant's disk; later it must be the same one, unchanged.</summary>
    /// <exception cref="OtherMediumException">It is another disk, or was changed since it was closed.</exception>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public void Open() => _device.Open(Record.ExportName, Label, Recognise);

    /// <summary>Makes what was written durable and closes the disk.</summary>
    /// <param name="lost">Called before the disk is closed if the flush failed; its second argument is false if the loss is already on record.</param>
    /// <param name="marked">Called once the record says how the disk was left.</param>
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

    /// <summary>Takes over session and losses from the same desktop's previous grant: its earlier lost writes stay reported.</summary>
    public void Carry(Grant previous)
    {
        _device.LostWrite = previous._device.LostWrite;
        _device.Session = previous._device.Session;
        Record = Record with { LostWriteError = previous.Record.LostWriteError };
    }

    /// <summary>Marks the grant as ended by a goodbye; the disk was closed before, with everything on the medium.</summary>
    /// <param name="number">The goodbye's number.</param>
    public void End(ulong number) => Record = Record with { EndedBy = number };

    /// <summary>Undoes <see cref="End"/> because it could not be recorded: the desktop keeps the disk.</summary>
    public void GoOn() => Record = Record with { EndedBy = 0 };

    private void Recognise(DiskDevice device)
    {
        if (Record is { Snapshot: true, Medium.Length: > 0 })
        {
            throw new OtherMediumException("the disk of a guest was closed, and what the guest wrote is gone");
        }

        var medium = device.Identity;
        if (Record.Medium.Length > 0 && Record.Medium != medium)
        {
            throw new OtherMediumException($"{Record.Disk} is now a different disk ({medium}) from the one that was granted ({Record.Medium})");
        }

        if (Record.Medium.Length > 0 && Record.Mark.Length == 0 && !device.WasKept)
        {
            throw new OtherMediumException($"the server was killed, and nothing held {Record.Disk} since, so it may have been changed meanwhile");
        }

        if (Record.Mark.Length > 0 && Record.Mark != device.ReadChangeMark())
        {
            throw new OtherMediumException(Record.Mark == Untold
                ? $"the kernel cannot tell whether {Record.Disk} was changed since it was closed"
                : $"{Record.Disk} was changed by something else since it was closed");
        }

        Record = Record with { Medium = medium, Mark = "" };
    }
}
