using Stiefel.Linux.Firmware;

namespace Stiefel.Server.Return;

/// <summary>
/// Keeps the laptop from going round in a circle, where its firmware or boot loader leads into this ramdisk again and again. The firmware counts returns
/// that were not seen to succeed. A machine whose firmware cannot, with a BIOS, returns by itself only if its own system started this ramdisk: once.
/// </summary>
/// <param name="marks">The firmware's memory.</param>
/// <param name="ownSystemRan">The laptop's own system started this ramdisk, so that returns before, if there were any, succeeded.</param>
public sealed class ReturnPermit(ReturnMarks marks, bool ownSystemRan)
{
    /// <summary>Returns that led back here; null if this machine cannot remember.</summary>
    public int? Failed => marks.Count;

    /// <summary>Why it must not return by itself; null if it may.</summary>
    public string? WhyNot => ownSystemRan ? null : Failed switch
    {
        null => "a boot loader started this ramdisk and not the laptop's own system, and with a BIOS nobody could count how often: return by hand, with `stiefel return` or the power button",
        >= ReturnMarks.Most => $"{Failed} returns in a row led back into this ramdisk: look what the firmware and the boot loader start, and return by hand, with `stiefel return` or the power button",
        _ => null,
    };

    /// <summary>Notes that it returns now.</summary>
    /// <exception cref="IOException">The firmware does not take it.</exception>
    public void Note() => marks.Add();
}
