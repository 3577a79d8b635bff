namespace Stiefel.Machines.Qemu;

/// <summary>How a disk is attached.</summary>
public enum DiskBus
{
    /// <summary>/dev/vdX.</summary>
    Virtio,

    /// <summary>A USB stick: /dev/sdX.</summary>
    Usb,
}

/// <summary>An image as a disk of a virtual machine. The firmware boots the first disk.</summary>
/// <param name="Path">The image's path.</param>
/// <param name="Bus">How the disk is attached.</param>
/// <param name="ReadOnly">True if the machine cannot change the image.</param>
public sealed record VirtualDisk(string Path, DiskBus Bus = DiskBus.Virtio, bool ReadOnly = false)
{
    /// <summary>The image's format: raw, or qcow2, which can store the state of a machine.</summary>
    public string Format { get; init; } = Raw;

    public const string Raw = "raw", Qcow2 = "qcow2";

    /// <summary>The disk's serial number, at most 20 characters, from which udev makes /dev/disk/by-id/virtio-SERIAL. Null for none.</summary>
    public string? Serial { get; init; }
}
