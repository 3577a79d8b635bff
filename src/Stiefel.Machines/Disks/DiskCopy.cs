using Stiefel.Linux.Programs;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>Copies disk images for runs that change them.</summary>
public static class DiskCopy
{
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    /// <summary>Makes a sparse copy, in which unused parts take no space.</summary>
    public static async Task MakeAsync(string image, string copy, CancellationToken token) =>
        await ExternalProgram.RunAsync("cp", ["--sparse=always", "--reflink=auto", image, copy], s_options, token);
}
