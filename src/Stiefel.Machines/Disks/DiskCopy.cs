using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>Copies of disk images for runs that change them.</summary>
public static class DiskCopy
{
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    /// <summary>Only what is used takes room.</summary>
    public static async Task MakeAsync(string image, string copy, CancellationToken token) =>
        await ExternalProgram.RunAsync("cp", ["--sparse=always", "--reflink=auto", image, copy], s_options, token);
}
