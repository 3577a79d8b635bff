using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>Makes and reads qcow2 images, which can store a running machine besides a disk's content (man 1 qemu-img).</summary>
public static class KeptImage
{
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(120) };

    /// <summary>Makes an empty image, for the state of a machine.</summary>
    /// <returns>The image's path.</returns>
    public static async Task<string> CreateEmptyAsync(string path, CancellationToken token)
    {
        await ExternalProgram.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", path, "1M"], s_options, token);
        return path;
    }

    /// <summary>Makes a disk with a raw image's content that stores writes in itself; the raw image must not change.</summary>
    public static async Task CreateOverAsync(string path, string rawImage, CancellationToken token) =>
        await ExternalProgram.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", rawImage, "-F", "raw", path], s_options, token);

    /// <summary>Converts the disk's current content to a raw image for reading; no machine may use the disk meanwhile.</summary>
    public static async Task<DiskImage> ReadAsync(string path, string rawImage, CancellationToken token)
    {
        await ExternalProgram.RunAsync("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", path, rawImage], s_options, token);
        return new DiskImage(rawImage);
    }

    /// <summary>True if the image is intact and contains the complete state of this name.</summary>
    public static async Task<bool> HoldsAsync(string path, string name, CancellationToken token)
    {
        var options = s_options with { AcceptedExitCodes = [1, 2, 3] };
        var check = await ExternalProgram.RunAsync("qemu-img", ["check", "-q", "-f", "qcow2", path], options, token);
        var list = await ExternalProgram.RunAsync("qemu-img", ["snapshot", "-l", path], options, token);
        return check.ExitCode is 0 or 3 && list.ExitCode == 0 && list.Text.Split('\n').Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var found, ..] && found == name);
    }
}
