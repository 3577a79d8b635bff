namespace Stiefel.Machines.Disks;

/// <summary>The program that made the initramfs of the laptop's own system, in its default configuration.</summary>
public enum InitramfsMaker
{
    /// <summary>Debian's default.</summary>
    InitramfsTools,

    /// <summary>The default of Fedora and others. Its initramfs contains systemd and no network drivers.</summary>
    Dracut,
}
