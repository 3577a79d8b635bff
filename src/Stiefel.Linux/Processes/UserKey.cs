using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>A secret in the kernel's keyring of the user that this process runs as (man 7 user-keyring): in no file, and gone by itself.</summary>
public static unsafe class UserKey
{
    /// <summary>Adds or replaces a key of the type `user`.</summary>
    /// <param name="description">Its name.</param>
    /// <param name="secret">The kernel keeps a copy.</param>
    /// <param name="lifetime">After this the kernel forgets it, in whole seconds.</param>
    /// <exception cref="LinuxException">ENOSYS without CONFIG_KEYS, EDQUOT, …</exception>
    public static void Add(string description, ReadOnlySpan<byte> secret, TimeSpan lifetime)
    {
        long key;
        fixed (byte* type = "user\0"u8, name = Encoding.ASCII.GetBytes(description + '\0'), payload = secret)
        {
            key = KeyControl.add_key(KeyControl.AddNumber, type, name, payload, (nuint)secret.Length, KeyControl.KEY_SPEC_USER_KEYRING);
        }

        if (key < 0)
        {
            throw LinuxException.FromLastError($"add_key(\"user\", \"{description}\", KEY_SPEC_USER_KEYRING)");
        }

        if (KeyControl.keyctl(KeyControl.ControlNumber, KeyControl.KEYCTL_SET_TIMEOUT, key, (long)lifetime.TotalSeconds) < 0)
        {
            throw LinuxException.FromLastError($"keyctl(KEYCTL_SET_TIMEOUT, {lifetime.TotalSeconds:0})");
        }
    }
}
