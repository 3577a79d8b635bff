using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>qcow2 images, which can hold a running machine beside a disk's content (man 1 qemu-img).</summary>
public static class KeptImage
{
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(120) };

    /// <summary>An image that holds nothing but what is kept in it.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> CreateEmptyAsync(string path, CancellationToken token)
    {
        await ExternalProgram.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", path, "1M"], s_options, token);
        return path;
    }

    /// <summary>A disk that begins with a raw image's content and keeps what is written to itself; the raw image must stay as it is.</summary>
    public static async Task CreateOverAsync(string path, string rawImage, CancellationToken token) =>
        await ExternalProgram.RunAsync("qemu-img", ["create", "-q", "-f", "qcow2", "-b", rawImage, "-F", "raw", path], s_options, token);

    /// <summary>The disk's content now, as a raw image that can be looked into; no machine may use it.</summary>
    public static async Task<DiskImage> ReadAsync(string path, string rawImage, CancellationToken token)
    {
        await ExternalProgram.RunAsync("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", path, rawImage], s_options, token);
        return new DiskImage(rawImage);
    }

    /// <summary>True if the image holds what was kept under this name; an unfinished or damaged one does not.</summary>
    public static async Task<bool> HoldsAsync(string path, string name, CancellationToken token)
    {
        var options = s_options with { AcceptedExitCodes = [1, 2, 3] };
        var check = await ExternalProgram.RunAsync("qemu-img", ["check", "-q", "-f", "qcow2", path], options, token);
        var list = await ExternalProgram.RunAsync("qemu-img", ["snapshot", "-l", path], options, token);
        return check.ExitCode is 0 or 3 && list.ExitCode == 0 && list.Text.Split('\n').Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var found, ..] && found == name);
    }
}
