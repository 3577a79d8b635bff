namespace Stiefel.BootFiles.Disk;

/// <summary>The boot files may lie on an encrypted device, and nobody has given its passphrase yet, or one that does not fit.</summary>
public sealed class BootLockedException : Exception
{
    public BootLockedException(LockedVolume locked, bool wasTried)
        : base(wasTried ? $"the passphrase does not open {locked?.Device}" : $"{locked?.Device} is locked (LUKS): its passphrase is asked for on the desktop")
    {
        Locked = locked ?? throw new ArgumentNullException(nameof(locked));
        WasTried = wasTried;
    }

    /// <summary>What desktops are told.</summary>
    public LockedVolume Locked { get; }

    /// <summary>There was a passphrase, and it is wrong.</summary>
    public bool WasTried { get; }
}
