namespace Stiefel.BootFiles.Disk;

/// <summary>The boot files may lie on an encrypted device: its passphrase is needed, or the one given is wrong.</summary>
public sealed class BootLockedException : Exception
{
    public BootLockedException(LockedVolume locked, bool wasTried)
        : base(wasTried ? $"the passphrase does not open {locked?.Device}" : $"{locked?.Device} is locked (LUKS): its passphrase is asked for on the desktop")
    {
        Locked = locked ?? throw new ArgumentNullException(nameof(locked));
        WasTried = wasTried;
    }

    /// <summary>The encrypted device, as it is announced to desktops.</summary>
    public LockedVolume Locked { get; }

    /// <summary>True if a passphrase was given and is wrong.</summary>
    public bool WasTried { get; }
}
