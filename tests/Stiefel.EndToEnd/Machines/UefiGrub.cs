using Stiefel.Linux.Programs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A GRUB for UEFI with a script of its own, on the serial port.</summary>
internal static class UefiGrub
{
    /// <summary>Makes the program; returns its path.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The beginning of the files' names.</param>
    /// <param name="script">The script.</param>
    /// <param name="modules">The modules that the script uses.</param>
    /// <param name="token">Cancels the work.</param>
    public static async Task<string> MakeAsync(MachineRun run, string name, string script, string modules, CancellationToken token)
    {
        // The firmware reads the serial port as well, and what it takes from there reaches GRUB by its console only.
        var (configuration, program) = (Path.Combine(run.WorkDirectory, name + ".cfg"), Path.Combine(run.WorkDirectory, name + ".efi"));
        await File.WriteAllTextAsync(configuration, $"serial --unit=0 --speed=115200\nterminal_input console serial\nterminal_output serial\n{script}", token);
        await ExternalProgram.RunAsync(
            "grub-mkstandalone", ["-O", "x86_64-efi", $"--install-modules=serial terminal normal {modules}", "--locales=", "--fonts=", "--themes=", "-o", program, $"boot/grub/grub.cfg={configuration}"], token: token);
        return program;
    }
}
