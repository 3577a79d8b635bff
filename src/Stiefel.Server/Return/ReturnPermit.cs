using Stiefel.Linux.Firmware;

namespace Stiefel.Server.Return;

/// <summary>
/// Keeps the laptop out of an endless loop if its firmware or boot loader starts this ramdisk again and again. The firmware's memory counts returns
/// that did not verifiably succeed. A machine with a BIOS cannot count, so it returns by itself only if its own system started this ramdisk.
/// </summary>
/// <param name="marks">The count in the firmware's memory.</param>
/// <param name="ownSystemRan">True if the laptop's own system started this ramdisk, so that earlier returns succeeded.</param>
public sealed class ReturnPermit(ReturnMarks marks, bool ownSystemRan)
{
    /// <summary>How many returns led back here; null if this machine cannot count them.</summary>
    public int? Failed => marks.Count;

    /// <summary>Why the laptop must not return by itself; null if it may.</summary>
    public string? WhyNot => ownSystemRan ? null : Failed switch
    {
        null => "a boot loader started this ramdisk, and a BIOS cannot count that: return by `r` on its screen, `stiefel return` or the power button",
        >= ReturnMarks.Most => $"{Failed} returns in a row led back into this ramdisk: check what the firmware and the boot loader start, and return by hand",
        _ => null,
    };

    /// <summary>Counts a return that begins now.</summary>
    /// <exception cref="IOException">The firmware cannot store the count.</exception>
    public void Note() => marks.Add();
}
