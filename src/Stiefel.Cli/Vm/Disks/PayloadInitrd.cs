namespace Stiefel.Cli.Vm.Disks;

/// <summary>Which program made the initramfs of the laptop's own system, in its default configuration.</summary>
internal enum PayloadInitrd
{
    /// <summary>Debian's default.</summary>
    InitramfsTools,

    /// <summary>Fedora's and others' default; its initramfs has systemd in it, and no network drivers.</summary>
    Dracut,
}
