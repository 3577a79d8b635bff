namespace Stiefel.Machines.Disks;

/// <summary>Which program made the initramfs of the laptop's own system, in its default configuration.</summary>
public enum InitramfsMaker
{
    /// <summary>Debian's default.</summary>
    InitramfsTools,

    /// <summary>Fedora's and others' default; its initramfs has systemd in it, and no network drivers.</summary>
    Dracut,
}
