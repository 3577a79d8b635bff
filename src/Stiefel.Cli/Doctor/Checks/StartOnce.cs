using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Laptop;
using Stiefel.Linux.Firmware;
using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Finds the ramdisk's boot entry that can be started once, in the tree of a laptop.</summary>
internal static class StartOnce
{
    /// <inheritdoc cref="OneTimeEntries.TryFind"/>
    public static IOneTimeEntry? Find(Patient patient, out string why)
    {
        var variables = patient.Tree.OnDisk("sys/firmware/efi/efivars/x") is { } inside ? Path.GetDirectoryName(inside)! : patient.Tree.Root;
        return new OneTimeEntries(new EfiVariables(variables), Path.Combine(patient.Tree.Root, "boot"), file => MountOf(patient, file)).TryFind(out why);
    }

    private static (MountEntry Mount, bool IsPartition)? MountOf(Patient patient, string file) =>
        BootSetup.MountOf(patient.Tree, Path.Combine("/", Path.GetRelativePath(patient.Tree.Root, Path.GetDirectoryName(file)!))) is { } mount
            ? (mount, patient.Laptop.Names.Resolve(mount.Source) is { } device && patient.Laptop.Blocks.Below(device).All(one => patient.Laptop.Blocks.KindOf(one) is null))
            : null;
}
